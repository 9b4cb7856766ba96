using System;
using System.CommandLine;
using System.Globalization;
using System.Threading;
using VmaTools.Cli.Files;

namespace VmaTools.Cli;

/// <summary><c>vma serve</c></summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        Argument<string> file = Arguments.File();
        Option<long> maxWindow = Arguments.MaxWindow();
        Option<string?> socket = new("--socket") { Description = "Path of the Unix socket to make; one in a new folder of the user's own unless given.", HelpName = "path" };
        Option<string?> bind = new("--bind") { Description = "Listen on TCP, on this address. Whoever can connect can read.", HelpName = "address" };
        Option<int?> port = new("--port") { Description = "Listen on this TCP port; on the loopback address unless --bind says otherwise.", HelpName = "port" };
        Option<bool> verbose = new("-v") { Description = "Print progress to standard error while an index is built." };
        Command command = new("serve", "Offers disks, partitions and logical volumes as read-only network disks (NBD) until it is stopped, without extracting.")
        {
            file, socket, bind, port, verbose, maxWindow,
        };
        Arguments.Validate(command, result =>
        {
            bool isTcp = result.GetValue(bind) is not null || result.GetValue(port) is not null;
            if (isTcp && result.GetValue(socket) is not null)
            {
                result.AddError("--socket goes with neither --bind nor --port.");
            }
        });
        SecretArguments secretArguments = SecretArguments.AddTo(command, file);
        command.SetAction(parsed => Terminal.Run(
            token =>
            {
                using VolumeSecrets? secrets = secretArguments.Read(parsed);
                VmaNbdServerOptions options = new()
                {
                    SocketPath = parsed.GetValue(socket),
                    Address = parsed.GetValue(bind),
                    Port = parsed.GetValue(port),
                    Secrets = secrets,
                };
                return Serve(parsed.GetRequiredValue(file), parsed.GetValue(maxWindow), options, parsed.GetValue(verbose), token);
            }));
        return command;
    }

    private static int Serve(string file, long maxWindow, VmaNbdServerOptions options, bool isVerbose, CancellationToken cancellationToken)
    {
        using VmaArchive archive = Terminal.OpenArchive(file, maxWindow, cancellationToken);
        Listing.PrintHeaderFindings(archive);
        using VmaNbdServer server = Start(archive, options, isVerbose ? new Percent(Terminal.Error) : null, cancellationToken);
        Terminal.PrintNotice(archive);
        foreach (VmaNbdExport export in server.Exports)
        {
            Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{export.Uri} {export.Size} {export.Description}"));
        }

        // Being told to stop is how a server ends: nothing failed.
        cancellationToken.WaitHandle.WaitOne();
        return ExitCodes.Success;
    }

    private static VmaNbdServer Start(
        VmaArchive archive, VmaNbdServerOptions options, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            return VmaNbdServer.Start(archive, options, progress, cancellationToken);
        }
        catch (ArgumentException exception)
        {
            throw new VmaException(VmaCodes.ListenFailed, exception.Message, innerException: exception);
        }
    }
}
