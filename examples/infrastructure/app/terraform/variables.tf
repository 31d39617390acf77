variable "workspace" {
  description = "Environment that this is for; names everything."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.workspace))
    error_message = "workspace must be lower-case letters, digits and dashes, at most 31 of them."
  }
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "database_name" {
  type    = string
  default = "app"
}

variable "database_size" {
  description = "Changed in place."
  type        = string
  default     = "small"
}
