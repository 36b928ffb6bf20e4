"""An Azure Resource Manager endpoint for Compute Galleries and access, over real HTTP.

It restates the service's rules on its own and imports nothing of the rest of the product,
so that a wrong belief about Azure cannot pass its own test. Fact ids such as 3.1/9 name the
row of the facts page that a rule rests on.
"""
