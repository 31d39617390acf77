# Keeps one plan file between plan and deploy, as an output in a state of its own: in the same backend as the infrastructure,
# so with the same encryption and the same account. Change `backend` here when you change it in ../terraform.
terraform {
  required_version = ">= 1.6"

  backend "kubernetes" {}
}

variable "hash" {
  description = "Name of the plan: ALUSTAN_PLAN."
  type        = string
}

variable "state" {
  description = "Serial and lineage of the state that the plan was made for."
  type        = string
}

variable "file" {
  description = "Path of the plan file."
  type        = string
}

output "of" {
  value = "${var.hash} ${var.state}"
}

output "file" {
  # Variables and parts of the state stand in it.
  value     = filebase64(var.file)
  sensitive = true
}
