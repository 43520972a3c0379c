"""What journeys are played with, besides their stage: haste, doubled activities, snapshots, a database of their own."""
