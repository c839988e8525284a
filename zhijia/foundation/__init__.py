"""What every capability stands on and that has tables: accounts, regions, workflow, audit, jobs and the like."""
