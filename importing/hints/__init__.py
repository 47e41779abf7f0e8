"""What libraries say about a model beside its weights: preprocessing, and names of classes."""
