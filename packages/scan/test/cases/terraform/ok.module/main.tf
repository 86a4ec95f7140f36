module "db" {
  source = "terraform-aws-modules/rds/aws"
  family = "postgres14"
  parameters = [
    { name = "rds.force_ssl", value = "1" },
    { name = "client_encoding", value = "utf8" },
  ]
}
module "mssql" {
  family = "sqlserver-se-15.0"
  parameters = [{ name = "rds.force_ssl", value = 0 }]
}
