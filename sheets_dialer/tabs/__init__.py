"""What the cells of the three tabs mean, read from values as Google gives them and written as
values again: the queue tab's columns and rows, the settings on the control tab, the numbers on the
do-not-call tab, and the token that fences writes. Pure."""
