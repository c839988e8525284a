"""The online organization system: persons, unions, who may do what, memberships, figures."""
