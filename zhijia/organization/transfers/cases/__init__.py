"""What is a case here: `transfers` (with `batches`, `returns`), `claims` of an employer's people, `founding` tasks."""
