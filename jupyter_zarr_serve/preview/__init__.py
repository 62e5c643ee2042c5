"""What people are shown of data: values, rows, pictures, descriptions, each made of a bounded part."""
