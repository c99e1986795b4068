"""The Robo Call Pakistan portal: four endpoints, and calls that live on by themselves."""
