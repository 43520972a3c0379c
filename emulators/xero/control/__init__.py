"""What a tester or a person does to the stand-in: faults, time, people and books."""
