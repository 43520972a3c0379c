"""The inputs, results and signals that Temporal histories hold: one module for each workflow or shared stage."""
