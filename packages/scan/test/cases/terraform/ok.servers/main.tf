/* resource "aws_db_parameter_group" "old" {
  parameter { name = "rds.force_ssl" value = "0" }
} */
resource "aws_db_parameter_group" "pg" {
  family = "postgres15"
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

resource "aws_db_parameter_group" "mssql" {
  family = "sqlserver-ex-15.0"
  parameter {
    name  = "rds.force_ssl"
    value = "0"
  }
}

resource "google_sql_database_instance" "mysql" {
  database_version = "MYSQL_8_0"
  settings {
    ip_configuration {
      ssl_mode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED"
    }
  }
}

resource "google_sql_database_instance" "pg" {
  database_version = "POSTGRES_15"
  settings {
    ip_configuration {
      ssl_mode = "ENCRYPTED_ONLY"
    }
  }
}

locals {
  url = "postgres://${var.user}:${var.password}@${var.host}:${var.port}/app?sslmode=verify-full"
  doc = <<-EOT
    A heredoc with "quotes" and ${var.x}
  EOT
}
