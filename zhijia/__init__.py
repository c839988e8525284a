"""Zhijia (职家): the online home of a province's trade unions and their members."""

__version__ = "0.1.0"
