"""Django's own PostgreSQL backend, which tells the wire when prepared statements may be gone. Named as ENGINE."""
