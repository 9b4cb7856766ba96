# Servers on this machine, the same as the tests of the engine have: files in memory, and parts of them.
if (-not ('VmaTools.Testing.HttpHost' -as [type])) {
    Add-Type -IgnoreWarnings -WarningAction Ignore -TypeDefinition ((Get-Content -Raw "$PSScriptRoot/../VmaTools.Testing/HttpHost.cs") + @'
public static class Answers
{
    public static void WithKeyOnly(HttpHost host, string key) =>
        host.Answer = asked => asked.Headers.TryGetValue("X-Key", out string sent) && sent == key ? null : new HttpSaid { Status = 401 };

    public static void Only(HttpHost host, string[] targets) =>
        host.Answer = asked => Array.IndexOf(targets, asked.Target) < 0 ? new HttpSaid { Status = 403 } : null;

    public static void WholeOnly(HttpHost host) =>
        host.Answer = asked => host.Files.TryGetValue(asked.Path, out byte[] file) ? new HttpSaid { Headers = { ["ETag"] = host.Tag }, Body = file } : null;
}
'@)
}

# Starts one that has files under their own names.
function Start-HttpServer([string[]] $File) {
    $server = [VmaTools.Testing.HttpHost]::new()
    foreach ($one in $File) { Add-ServedFile $server $one }
    $server
}

function Add-ServedFile($Server, [string] $File, [string] $Name = (Split-Path -Leaf $File)) {
    $Server.Files["/$Name"] = [IO.File]::ReadAllBytes($File)
}
