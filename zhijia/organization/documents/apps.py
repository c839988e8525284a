from zhijia.kernel.apps import CapabilityConfig


class DocumentsConfig(CapabilityConfig):
    name = "zhijia.organization.documents"
    verbose_name = "虚假证件"

    def subscribe(self) -> None:
        from zhijia.organization.people.events import person_bound, person_corrected

        from . import services

        person_corrected.subscribe(services.follow_corrected)
        person_bound.subscribe(services.follow_bound)
