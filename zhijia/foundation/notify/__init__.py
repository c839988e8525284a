"""Messages to people: in the app always, as a text message where the template has one.

Owns `Message`, `TextMessage` and `TemplateText`. The wordings are declared by capabilities and may be overridden in one
place; text messages leave through a port, after the transaction that caused them.
"""
