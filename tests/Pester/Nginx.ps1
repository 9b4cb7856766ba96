# Starts nginx on a free port of this machine: what it serves is $Root, and what it said of each request is in $Log once it has ended.
function Start-Nginx([string] $Folder, [string] $Location = '') {
    $null = New-Item -ItemType Directory -Path "$Folder/www"
    for ($attempt = 1; $attempt -le 5; $attempt++) {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        $user = if ((& id -u) -eq 0) { 'user root;' }
        Set-Content -LiteralPath "$Folder/nginx.conf" -Value @"
$user
daemon off;
worker_processes 1;
pid $Folder/pid;
error_log $Folder/error.log;
events { worker_connections 256; }
http {
    log_format sent '`$status `$bytes_sent `$request `$http_x_key';
    access_log $Folder/access.log sent;
    client_body_temp_path $Folder/t1; proxy_temp_path $Folder/t2; fastcgi_temp_path $Folder/t3; uwsgi_temp_path $Folder/t4; scgi_temp_path $Folder/t5;
    default_type application/octet-stream;
    server { listen 127.0.0.1:$port; root $Folder/www; location / { $Location } }
}
"@
        $process = Start-Process nginx -ArgumentList '-p', $Folder, '-c', "$Folder/nginx.conf", '-e', "$Folder/error.log" -PassThru `
            -RedirectStandardError "$Folder/start.log"
        $client = [Net.Sockets.TcpClient]::new()
        while (-not $process.HasExited -and -not $client.Connected) {
            try { $client.Connect('127.0.0.1', $port) } catch [Net.Sockets.SocketException] { $client.Dispose(); $client = [Net.Sockets.TcpClient]::new() }
        }

        $client.Dispose()
        if (-not $process.HasExited) {
            return [pscustomobject]@{ Process = $process; Root = "$Folder/www"; Address = "http://127.0.0.1:$port"; Log = "$Folder/access.log" }
        }
    }

    throw "nginx does not start: $(Get-Content -Raw "$Folder/start.log")"
}
