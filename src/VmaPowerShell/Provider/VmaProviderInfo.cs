using System;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>
/// The provider of a runspace. Objects name their places without a drive (PSPath), so the archive that was asked for last stays
/// open between one such question and the next.
/// </summary>
internal sealed class VmaProviderInfo(ProviderInfo provider) : ProviderInfo(provider), IDisposable
{
    private DriveSession? _last;

    /// <summary>The open archive of a file: that of a drive of it, where there is one.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="session">The drives of the provider are looked up here.</param>
    /// <exception cref="VmaException">It is no archive.</exception>
    public DriveSession Open(string path, SessionState session)
    {
        VmaDriveInfo? drive = session.Drive.GetAllForProvider(Name).OfType<VmaDriveInfo>().FirstOrDefault(d => d.Root == path);
        if (drive is not null)
        {
            return drive.Session;
        }

        if (_last is null || _last.Archive.ArchivePath != path || _last.Archive.FindChange() is not null)
        {
            _last?.Dispose();
            _last = null;
            _last = new DriveSession(VmaArchive.Open(path, RemoteArchives.Options));
        }

        return _last;
    }

    public void Dispose() => _last?.Dispose();
}
