namespace VmaTools;

/// <summary>A disk that a description of a VM names.</summary>
/// <param name="DiskPath">Full path of the image, which is beside the description.</param>
/// <param name="Bus">The bus that it is on there: ide, sata or scsi. NVMe counts as scsi, which Proxmox has in its place.</param>
public sealed record MachineDisk(string DiskPath, string Bus);
