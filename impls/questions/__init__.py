"""What libraries are asked: the form that an adapter has, small cases, starts, and how answers are written down."""
