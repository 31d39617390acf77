module alustan.dev/e2e/init

go 1.24.0
