"""Other systems that call the API: registered by two persons, known by a secret, held to rights, numbers and dates.

Owns `Client`, its scopes and secrets, and the nonces used lately. Announces nothing. Others may call
`services.recognize` (who signed this request, and what he may); the pages are the console's 系统对接.
"""
