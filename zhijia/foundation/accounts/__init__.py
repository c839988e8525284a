"""Accounts: one per person, for members and staff alike; signing in, stepping up to the console, devices.

Owns `Account`. Stores only keyed hashes of mobile numbers and codes; the readable number belongs to the person.
"""
