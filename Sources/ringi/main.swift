print("ringi")
