"""What rides in Temporal histories: one module for each workflow, and one for each stage that several have."""
