"""In the libraries: the essay's statements, tried in the layers that people teach and build with. Each rests on recordings of
what a library's own code answered; none needs the library."""

SECTIONS = ("definitions", "computed", "starts", "recipes", "attention", "unseen", "padding", "clipping")
