# ruff: noqa: SIM905  # split text reads better than four hundred quotation marks
"""Word lists that names are made of. All people and firms that come out of them are invented."""

FIRST_NAMES = tuple(
    "Amelia Oliver Priya Noah Isla Mateo Grace Leo Aroha Ethan Sofia Jack Mei Harry Zara Lucas Freya Omar Ruby "
    "Daniel Ngaire Samuel Chloe Ivan Hannah Tane Layla Arthur Bella Callum Daisy Edward Fatima George Imogen Jamal "
    "Katie Liam Maya Nathan Olive Peter Quinn Rosa Stefan Tara Victor Wendy Yusuf Alice".split()
)

SURNAMES = tuple(
    "Hart Bennett Kaur Walker Ngata Silva Thompson Okafor Murray Chen Davies Fraser Ito Kelly Larsen Marsh Novak "
    "Osborne Patel Quigley Reid Sharma Turner Underwood Vance Whitlock Young Abbott Barlow Carver Dunne Eastwood "
    "Finch Gallagher Holloway Ingram Jarvis Kendall Lomax Mercer Norwood Pryce Rowntree Salter Tennant Ullman "
    "Wakefield Yardley Ashby Brannigan".split()
)

PLACES_IN_NAMES = tuple(
    "Harbour Northgate Redwood Millbrook Southern Kingfisher Elm Copper Silverdale Riverside Highfield Beacon "
    "Westport Orchard Stonebridge Lakeside Juniper Fairway Granite Anchor Meadow Ironbark Kauri Bluegum Sycamore "
    "Foxglove Pinnacle Hawthorn Larkspur Tideway Amber Crescent Wattle Tui Summit Prairie Cedar Cobalt Marigold "
    "Thistle".split()
)

TRADES = (
    ("Plumbing", "Plumbing services"),
    ("Electrical", "Electrical contracting"),
    ("Bakery", "Bread and cakes"),
    ("Joinery", "Carpentry and joinery"),
    ("Design Studio", "Graphic design"),
    ("Dental", "Dental practice"),
    ("Landscapes", "Garden design and upkeep"),
    ("Motors", "Vehicle repair"),
    ("Coffee Roasters", "Coffee roasting and sale"),
    ("Physiotherapy", "Physiotherapy"),
    ("Architects", "Architecture"),
    ("Logistics", "Haulage and storage"),
    ("Bookshop", "Books and stationery"),
    ("Software", "Software development"),
    ("Veterinary", "Veterinary care"),
    ("Interiors", "Interior design"),
    ("Brewing", "Brewing"),
    ("Roofing", "Roofing"),
    ("Childcare", "Nursery and childcare"),
    ("Print Works", "Printing"),
    ("Cycles", "Bicycle sale and repair"),
    ("Catering", "Catering"),
    ("Consulting", "Management consulting"),
    ("Farms", "Mixed farming"),
    ("Photography", "Photography"),
    ("Cleaning", "Commercial cleaning"),
)

STREETS = tuple(
    "High Street|Station Road|Mill Lane|Church Road|Victoria Street|Queen Street|Bridge Street|Park Avenue|"
    "Harbour Road|King Street|Market Square|Elm Grove|Albert Road|Beach Road|George Street".split("|")
)

SUPPLIERS_OF = tuple(
    "Timber|Office Supplies|Wholesale|Electrical Wholesale|Couriers|Fuel Cards|Packaging|Stationers|Tools|Telecoms|"
    "Insurance Brokers|Water|Energy|Foods|Print|Hire|Parts|Signs|Steel|Uniforms|Linen|Waste|Web Services|Freight|"
    "Building Supplies|Chemicals|Vehicle Leasing|Recruitment|Safety|Flooring".split("|")
)

GOODS = tuple(
    "Bracket|Oak Panel|Delivery|Consulting Hour|Call-out|Copper Pipe 15 mm|Service Plan|Gift Box|Filter|Brake Pads|"
    "Site Visit|Installation|Training Day|Cable 2.5 mm|House Blend 1 kg|Support Month|Paint 5 l|Design Day|Poster A2|"
    "Tyre|Hinge|Hosting Year|Inspection|Mulch Bag|Rye Loaf|Wedding Package|Roof Tile|Sensor|Adaptor|Licence".split("|")
)

DIMENSIONS = (
    ("Region", ("North", "South", "East", "West", "Head Office")),
    ("Department", ("Sales", "Workshop", "Administration", "Delivery")),
    ("Site", ("Main Street", "Riverside", "Airport", "Depot")),
    ("Job", ("Maintenance", "New Build", "Refit", "Warranty", "Survey", "Emergency")),
    ("Salesperson", ("Amelia", "Omar", "Grace", "Leo")),
    ("Brand", ("Everyday", "Premium", "Trade")),
)

TITLES_OF_GROUPS = ("Preferred suppliers", "Key accounts", "Subcontractors", "Newsletter")
