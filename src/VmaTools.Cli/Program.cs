using System;
using System.CommandLine;
using System.IO;
using VmaTools.Cli;
using VmaTools.Cli.Files;

Option<string?> headersFile = RemoteArguments.HeadersFile();
Option<string?> indexPath = Arguments.IndexPath();
RootCommand root = new("Lists, proves, extracts and creates Proxmox VE backup archives (VMA) with the arguments and the output of Proxmox's own vma.")
{
    ListCommand.Create(),
    ConfigCommand.Create(),
    CreateCommand.Create(),
    ExtractCommand.Create(),
    ServeCommand.Create(),
    VerifyCommand.Create(),
    IndexCommand.Create(),
    LsCommand.Create(),
    CatCommand.Create(),
    CpCommand.Create(),
    DfCommand.Create(),
    FindCommand.Create(indexPath),
    headersFile,
    indexPath,
};
string[] given = Array.ConvertAll(args, static a => a == "--sha256=all" ? LsCommand.AllDigests : a);
int code = Array.Exists(given, VmaTools.VmaAddresses.IsAddress)
    ? Terminal.Run(_ =>
    {
        // What cannot run reads no headers: it would wait for standard input.
        ParseResult first = root.Parse(given);
        given = RemoteArguments.Conceal(given, first.Errors.Count == 0 ? first.GetValue(headersFile) : null);
        return ExitCodes.Success;
    })
    : ExitCodes.Success;
if (code != ExitCodes.Success)
{
    return code;
}

try
{
    ParseResult parsed = root.Parse(given);
    Terminal.IndexPath = parsed.GetValue(indexPath);
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
{
    // Help is printed outside of any command.
    return Terminal.Fail(exception);
}
