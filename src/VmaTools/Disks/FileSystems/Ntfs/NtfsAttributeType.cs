namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>The types of attributes that a record is made of.</summary>
internal enum NtfsAttributeType : uint
{
    StandardInformation = 0x10,
    AttributeList = 0x20,
    FileName = 0x30,
    SecurityDescriptor = 0x50,
    VolumeName = 0x60,
    VolumeInformation = 0x70,
    Data = 0x80,
    IndexRoot = 0x90,
    IndexAllocation = 0xa0,
    Bitmap = 0xb0,
    ReparsePoint = 0xc0,
    ExtendedAttributes = 0xe0,
    End = 0xffffffff,
}
