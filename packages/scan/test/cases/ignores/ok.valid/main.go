// verify-full-ignore-next-line sslmode-below-verify-full -- an example
url := "postgres://app:hunter2@a.example.com/app?sslmode=prefer"
