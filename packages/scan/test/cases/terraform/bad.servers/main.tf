resource "aws_db_parameter_group" "pg" {
  family = "postgres15"
  parameter {
    name  = "rds.force_ssl"
    value = "0" # for now
  }
}

resource "google_sql_database_instance" "written" {
  database_version = "POSTGRES_15"
  settings {
    ip_configuration {
      ssl_mode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED"
    }
  }
}

resource "google_sql_database_instance" "default" {
  database_version = "POSTGRES_16"
  settings {
    ip_configuration { ipv4_enabled = false }
  }
}

resource "azurerm_postgresql_flexible_server_configuration" "tls" {
  name  = "require_secure_transport"
  value = "off"
}

resource "kubernetes_secret" "app" {
  data = {
    DATABASE_URL = "postgres://app:${var.password}@${aws_db_instance.app.address}:5432/app?sslmode=prefer"
    PGSSLMODE    = "require"
  }
}
