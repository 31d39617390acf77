# What post-deploy prints. Sensitive, since a password is in it: Alustan is told which parts are (spec.publish).
output "outputs" {
  sensitive = true
  value = {
    engine  = "terraform"
    cluster = { Name = var.workspace, Region = var.region }
    externalresources = [
      {
        Name = "database"
        Resource = {
          Type     = "postgres"
          Id       = terraform_data.database.id
          Endpoint = "${var.database_name}.${var.workspace}.internal"
          Port     = 5432
          Database = var.database_name
          User     = var.database_name
          Password = substr(sha256(terraform_data.password.triggers_replace), 0, 24)
        }
      },
    ]
  }
}
