"""What the committee's pages of a pair, a person and a cohort show a member."""
