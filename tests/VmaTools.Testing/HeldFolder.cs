using System;
using Xunit;

namespace VmaTools.Testing;

/// <summary>An attribute that binds root, too, on a folder until this is disposed: <c>a</c>, names can only be added; <c>i</c>, nothing changes.</summary>
public sealed class HeldFolder : IDisposable
{
    private static readonly Tool Chattr = new("chattr");

    private readonly string _folder;
    private readonly char _attribute;

    private HeldFolder(string folder, char attribute) => (_folder, _attribute) = (folder, attribute);

    /// <summary>Sets it, or skips the test where that is not possible.</summary>
    public static HeldFolder Set(string folder, char attribute)
    {
        Chattr.SkipIfMissing();
        Assert.SkipUnless(Chattr.Try("+" + attribute, folder).ExitCode == 0, "attributes of folders cannot be set here");
        return new HeldFolder(folder, attribute);
    }

    public void Dispose() => Chattr.Run("-" + _attribute, _folder);
}
