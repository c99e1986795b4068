"""The Robo Call Pakistan portal: its endpoints, what its answers say, and what its balance pays
for."""
