# No provider is downloaded: terraform_data is part of Terraform. It keeps what it is given, and an id, in the state; a real
# configuration has a VPC and an RDS instance in its place.
terraform {
  required_version = ">= 1.6"

  # A Secret in the cluster; a Lease is its lock. The scripts say where.
  backend "kubernetes" {}
}

resource "terraform_data" "network" {
  input = {
    name   = "${var.workspace}-network"
    region = var.region
  }
}

resource "terraform_data" "database" {
  input = {
    name    = var.database_name
    network = terraform_data.network.output.name
    size    = var.database_size
  }
}

# A secret of its own, which no log shows: ids are printed, and so is what `output` holds of an `input`. A real database makes one.
resource "terraform_data" "password" {
  triggers_replace = sensitive(uuid())

  lifecycle {
    # Another uuid at each plan; the first one counts.
    ignore_changes = [triggers_replace]
  }
}
