from zhijia.kernel.apps import CapabilityConfig


class FilesConfig(CapabilityConfig):
    name = "zhijia.foundation.files"
    verbose_name = "文件"
