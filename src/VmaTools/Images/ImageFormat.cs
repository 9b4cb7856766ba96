namespace VmaTools;

/// <summary>The kinds of disk image that a device can be exported to.</summary>
public enum ImageFormat
{
    /// <summary>The bytes of the disk as they are; zero ranges become holes where the file system has them.</summary>
    Raw,

    /// <summary>VHDX, the format of Hyper-V.</summary>
    Vhdx,

    /// <summary>VHD, the older format of Hyper-V and the one that clouds take.</summary>
    Vhd,

    /// <summary>QCOW2 version 3, the format of QEMU and libvirt.</summary>
    Qcow2,

    /// <summary>VMDK, the format of VMware.</summary>
    Vmdk,

    /// <summary>VDI, the format of VirtualBox.</summary>
    Vdi,
}
