"""Rights on jobs that others started; one's own are always one's own."""

VIEW = "jobs:job:view"
