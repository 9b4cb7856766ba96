namespace VmaTools.Disks.Volumes.Lvm;

/// <summary>A volume that is a physical volume: its label, and the metadata that it carries (null where it has none that can be read).</summary>
internal sealed record LvmMember(DiskVolume Volume, LvmLabel Label, LvmGroup? Group)
{
    /// <summary>Reads label and metadata. What is damaged becomes a warning of the volume; another copy serves.</summary>
    public static LvmMember? Read(DiskVolume volume)
    {
        if (LvmLabel.Read(volume.Bytes) is not LvmLabel label)
        {
            return null;
        }

        if (!label.IsChecksumRight)
        {
            volume.Warn(VmaCodes.FileSystemChecksumMismatch, "The checksum of the label of the physical volume does not match.");
        }

        LvmGroup? best = null;
        int failed = 0;
        foreach ((long offset, long size) in label.MetadataAreas)
        {
            try
            {
                if (LvmMetadataArea.ReadText(volume.Bytes, offset, size) is byte[] text)
                {
                    LvmGroup group = LvmGroup.Parse(text);
                    best = best is null || group.Sequence > best.Sequence ? group : best;
                }
            }
            catch (VmaException exception)
            {
                failed++;
                volume.Warn(exception.Code, exception.Sentence);
            }
        }

        if (failed > 0 && best is not null)
        {
            volume.Warn(VmaCodes.FileSystemBackupUsed, "A copy of LVM's metadata is damaged; another one of the same physical volume was used.");
        }

        return new LvmMember(volume, label, best);
    }
}
