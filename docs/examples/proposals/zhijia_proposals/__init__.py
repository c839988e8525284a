"""合理化建议: a member proposes, his union answers; what is adopted reports its benefit, which another verifies."""
