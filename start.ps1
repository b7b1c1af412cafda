# Runs the whole system on Windows: makes the virtual environment on the first start, then `manage.py up`.
# start.ps1 --docker runs it in containers instead.
# If scripts are not allowed to run:  powershell -ExecutionPolicy Bypass -File start.ps1
$ErrorActionPreference = "Stop"
Set-Location -LiteralPath $PSScriptRoot

$venv = Join-Path $PSScriptRoot ".venv"
$venvPython = Join-Path $venv "Scripts\python.exe"
$stamp = Join-Path $venv "requirements.sha256"
$unfinished = Join-Path $venv "unfinished"

function Say([string] $text) { Write-Host "start: $text" }

function Fail([string] $text) {
    [Console]::Error.WriteLine("start: $text")
    exit 1
}

function Test-NewEnough([string[]] $command) {
    if (-not (Get-Command $command[0] -ErrorAction SilentlyContinue)) { return $false }
    $options = @($command | Select-Object -Skip 1)
    # A version that is not there is an error message, not the end of the script.
    $ErrorActionPreference = "Continue"
    & $command[0] @options -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>&1 | Out-Null
    return $LASTEXITCODE -eq 0
}

function Find-Python {
    $candidates = @(@("py", "-3.13"), @("py", "-3.12"), @("py", "-3.11"), @("python3"), @("python"))
    foreach ($candidate in $candidates) {
        if (Test-NewEnough $candidate) { return , $candidate }
    }
    Fail "Python 3.11 or newer is needed: winget install Python.Python.3.13, or https://www.python.org/downloads/"
}

function New-Environment {
    $command = @(Find-Python)
    $options = @($command | Select-Object -Skip 1)
    if (Test-Path -LiteralPath $venv) {
        Say "Replacing .venv, which is unfinished or does not run"
        Remove-Item -LiteralPath $venv -Recurse -Force
    }
    New-Item -ItemType Directory -Path $venv | Out-Null
    New-Item -ItemType File -Path $unfinished | Out-Null
    Say "Making .venv"
    & $command[0] @options -m venv $venv
    if ($LASTEXITCODE -ne 0) { Fail "The virtual environment could not be made: see above." }
}

function Install-Requirements {
    New-Item -ItemType File -Path $unfinished -Force | Out-Null
    Say "Installing what requirements.txt names (a minute, and only when it has changed)"
    & $venvPython -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
    if ($LASTEXITCODE -ne 0) {
        Fail "The installation failed: see above. It needs the network once; then run this again."
    }
    Set-Content -LiteralPath $stamp -Value (Get-FileHash requirements.txt -Algorithm SHA256).Hash
    Remove-Item -LiteralPath $unfinished
}

function Start-Containers([string[]] $options) {
    $ErrorActionPreference = "Continue"
    $isThere = [bool](Get-Command docker -ErrorAction SilentlyContinue)
    if ($isThere) { docker compose version 2>&1 | Out-Null }
    if (-not $isThere -or $LASTEXITCODE -ne 0) {
        Fail "Docker with its compose plugin is needed: https://docs.docker.com/desktop/"
    }
    docker compose up --build @options
    exit $LASTEXITCODE
}

if ($args.Count -gt 0 -and $args[0] -eq "--docker") { Start-Containers @($args | Select-Object -Skip 1) }

if ((Test-Path -LiteralPath $unfinished) -or -not (Test-NewEnough @($venvPython))) { New-Environment }

$installed = if (Test-Path -LiteralPath $stamp) { (Get-Content -LiteralPath $stamp -TotalCount 1) } else { "" }
if ($installed -ne (Get-FileHash requirements.txt -Algorithm SHA256).Hash) { Install-Requirements }

& $venvPython manage.py up @args
exit $LASTEXITCODE
