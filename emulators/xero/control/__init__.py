"""What a tester or a person does to the stand-in for Xero, besides what every stand-in has."""
