"""What a tester or a person does to a stand-in: faults, time, people and books. A platform adds words of its own."""
