# What the audit expects. Copy this file, put your own stores and machines in, and hand it to Invoke-BackupAudit.ps1.
@{
    # Where backups are. With HostName (SSH) or ComputerName (WinRM), Path is one of that host, which has VmaTools installed.
    Stores = @(
        @{ Name = 'nas'; Path = '\\nas.example.com\proxmox\dump' }
        @{ Name = 'pve1'; HostName = 'backup@pve1.example.com'; Path = '/var/lib/vz/dump' }
    )

    # The machines that must have a backup, each in any of the stores, or in the one named. Name is for the reader.
    Machines = @(
        @{ VMId = 101; Name = 'tiny' }
        @{ VMId = 210; Name = 'accounting-01'; Store = 'nas'; MaxAge = '7.00:00:00' }
    )

    # How old the newest backup of a machine may be: [days.]hours:minutes:seconds.
    MaxAge = '1.06:00:00'

    # Latest reads the newest archive of each machine in each store to the end; All reads every one.
    Archives = 'Latest'

    # Hops from header to header instead, which proves the structure and not the data.
    StructureOnly = $false

    # The module as the hosts are to import it: a name, or a path there.
    Module = 'VmaTools'
}
