using System;
using System.Buffers.Binary;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace VmaTools.Files;

/// <summary>What a system tells of a file that .NET does not: which file it is, whose, and of what kind.</summary>
/// <param name="Volume">Number of the volume that it is on.</param>
/// <param name="Number">Its number there: two names with the same pair are names of one file.</param>
/// <param name="Type">The kind of it, as the bits of <c>st_mode</c> that tell it.</param>
/// <param name="Owner">Number of the user who owns it; 0 on Windows.</param>
/// <param name="Names">How many names it has.</param>
internal readonly record struct FileFacts(ulong Volume, ulong Number, int Type, uint Owner, uint Names)
{
    private const int AtCurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int OfHandle = 0x1000;
    private const uint BasicFacts = 0x7ff;
    private const int TypeMask = 0xf000;
    private const int PipeType = 0x1000;
    private const int CharactersType = 0x2000;
    private const int SocketType = 0xc000;

    /// <summary>A file.</summary>
    public const int RegularType = 0x8000;

    /// <summary>A folder.</summary>
    public const int FolderType = 0x4000;

    private static readonly bool IsLinux = RuntimeInformation.IsOSPlatform(OSPlatform.Linux);
    private static readonly bool IsMac = RuntimeInformation.IsOSPlatform(OSPlatform.OSX) && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>The facts of what a path names; null where nothing is there, or the system does not tell.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLink">Whether a symbolic link stands for what it leads to.</param>
    public static FileFacts? Of(string path, bool followLink = true)
    {
        if (WindowsControl.IsWindows)
        {
            return WindowsControl.FactsOf(path);
        }

        byte[] name = Encoding.UTF8.GetBytes(path + "\0");
        byte[] facts = new byte[256];
        return Ask(
            () => IsLinux ? statx(AtCurrentFolder, name, followLink ? 0 : NoFollow, BasicFacts, facts) : followLink ? stat(name, facts) : lstat(name, facts), facts);
    }

    /// <summary>The facts of a file that is open; null where the system does not tell.</summary>
    public static FileFacts? Of(FileStream file)
    {
        if (WindowsControl.IsWindows)
        {
            return WindowsControl.FactsOf(file.SafeFileHandle);
        }

        byte[] facts = new byte[256];
        int handle = (int)file.SafeFileHandle.DangerousGetHandle();
        return Ask(() => IsLinux ? statx(handle, [0], OfHandle, BasicFacts, facts) : fstat(handle, facts), facts);
    }

    /// <summary>
    /// Whether a path names something that is no regular file: opening a pipe would wait for somebody, and a device is not there to be
    /// replaced. False where nothing is there, or the system does not tell.
    /// </summary>
    public static bool IsOtherThanFile(string path) => Of(path) is { IsRegular: false };

    /// <summary>
    /// Whether a path names what gives its bytes in order only, if at all: a pipe, a socket, a terminal. Opening one may wait for ever.
    /// False where nothing is there, or the system does not tell.
    /// </summary>
    public static bool IsInOrderOnly(string path) => Of(path) is { Type: PipeType or CharactersType or SocketType };

    /// <summary>Whether two paths name one file: links of either kind, and names that differ in case only, included.</summary>
    public static bool AreSame(string path, string other) => Of(path) is { } facts && Of(other) is { } others
        ? (facts.Volume, facts.Number) == (others.Volume, others.Number)
        : string.Equals(Path.GetFullPath(path), Path.GetFullPath(other), StringComparison.OrdinalIgnoreCase) && File.Exists(path) && File.Exists(other);

    /// <summary>False for folders, links, devices, pipes and sockets.</summary>
    public bool IsRegular => Type == RegularType;

    /// <summary>Whether the file is of the user who runs this, has one name, and is no link: nobody else prepared it.</summary>
    public bool IsOwn => IsRegular && Names == 1 && IsMine;

    /// <summary>Whether it is of the user who runs this.</summary>
    public bool IsMine => WindowsControl.IsWindows || Owner == geteuid();

    private static FileFacts? Ask(Func<int> call, byte[] facts)
    {
        if (!IsLinux && !IsMac)
        {
            return null;
        }

        try
        {
            if (call() != 0)
            {
                return null;
            }
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // An older C library.
            return null;
        }

        // In the machine's own order of bytes, which is the small end first wherever .NET runs these two systems but on one kind of machine.
        ReadOnlySpan<byte> span = facts;
        return BitConverter.IsLittleEndian
            ? IsLinux
                ? new FileFacts(
                    ((ulong)U32(span, 136) << 32) | U32(span, 140), BinaryPrimitives.ReadUInt64LittleEndian(span.Slice(32)), TypeAt(span, 28), U32(span, 20), U32(span, 16))
                : new FileFacts(
                    U32(span, 0), BinaryPrimitives.ReadUInt64LittleEndian(span.Slice(8)), TypeAt(span, 4), U32(span, 16), BinaryPrimitives.ReadUInt16LittleEndian(span.Slice(6)))
            : null;
    }

    private static uint U32(ReadOnlySpan<byte> facts, int at) => BinaryPrimitives.ReadUInt32LittleEndian(facts.Slice(at));

    private static int TypeAt(ReadOnlySpan<byte> facts, int at) => BinaryPrimitives.ReadUInt16LittleEndian(facts.Slice(at)) & TypeMask;

#pragma warning disable SYSLIB1054, IDE1006, CA5392 // one declaration for both frameworks; the names are the system's
    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, [Out] byte[] facts);

    [DllImport("libc", SetLastError = true)]
    private static extern int stat(byte[] path, [Out] byte[] facts);

    [DllImport("libc", SetLastError = true)]
    private static extern int lstat(byte[] path, [Out] byte[] facts);

    [DllImport("libc", SetLastError = true)]
    private static extern int fstat(int file, [Out] byte[] facts);

    [DllImport("libc")]
    private static extern uint geteuid();
#pragma warning restore SYSLIB1054, IDE1006, CA5392
}
