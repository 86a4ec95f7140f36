module "db" {
  source = "terraform-aws-modules/rds/aws"
  family = "postgres14"
  parameters = [
    { name = "rds.force_ssl", value = "0" },
    { name = "client_encoding", value = "utf8" },
  ]
}
