"""What is a case here: `founding` tasks of townships, `claims` of an employer's people."""
