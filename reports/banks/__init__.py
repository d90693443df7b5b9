"""Banks of questions for course systems and flash cards, one question a claim, from the record that the handout is made of."""
